//go:build tools

// Package tools pins the Pulumi command line: go.mod and go.sum beside this file say exactly what is built.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
