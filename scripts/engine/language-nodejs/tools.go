//go:build tools

// Package tools pins Pulumi's language host for Node: go.mod and go.sum beside this file say exactly what is built.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
