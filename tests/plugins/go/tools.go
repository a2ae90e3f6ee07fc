//go:build tools

// The generator of pluginv1, pinned by go.mod.
package main

import _ "google.golang.org/protobuf/cmd/protoc-gen-go"
