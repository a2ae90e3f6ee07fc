"""`lang/ruby`: Ruby, Bundler and the gems of a project."""
