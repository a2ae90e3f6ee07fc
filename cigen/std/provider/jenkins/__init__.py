"""`provider/jenkins`: a Jenkinsfile as somebody would have written it by hand, with small functions only.

Owns: every Jenkinsfile that cig.toml asks for. Refuses: what Jenkins cannot do, by a diagnostic; nothing is left out in
silence. Imports `cigen.sdk` and `cigen.std` alone.
"""
