//go:build tools

// Package tools pins the flannel plugin: go.mod and go.sum beside this file say exactly what is built.
package tools

import _ "github.com/containernetworking/plugins/plugins/meta/flannel"
