#!/bin/sh
# Prints what it was called with, an argument a line.
printf '%s\n' "$@"
