// This checkout as a Pulumi project.
import path from 'node:path';

/** The checkout's directory, where Pulumi.yaml is. */
export const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** Name of the Pulumi project, and namespace of its configuration. */
export const PROJECT = 'cnilab';
