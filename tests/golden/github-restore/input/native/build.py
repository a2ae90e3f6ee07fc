import build
