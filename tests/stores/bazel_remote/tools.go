//go:build tools

// The cache server that the tests start, pinned by go.mod.
package main

import _ "github.com/buchgr/bazel-remote/v2"
