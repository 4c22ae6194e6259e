import { expect, test } from 'vitest';
import { missingPlugin } from '../../../../scripts/cli/engine/missing-plugin.ts';

// As engine 3.253.0 said it.
const NOT_HAD =
  "Could not automatically download and install resource plugin 'pulumi-resource-kubernetes' at version v4.34.2, install the plugin using `pulumi plugin install resource kubernetes v4.34.2`: error downloading provider kubernetes to file: failed to download plugin: kubernetes-4.34.2: failed all 5 attempts";
const NOT_HERE =
  "no resource plugin 'pulumi-resource-command' found in the workspace at version v1.2.1 or on your $PATH";

test('a plugin that cannot be downloaded: why, how to get it, and what does without it', () => {
  expect(missingPlugin(NOT_HAD)).toMatchInlineSnapshot(`
    "Pulumi’s plugin kubernetes v4.34.2 is not installed, and cannot be downloaded: failed to download plugin: kubernetes-4.34.2: failed all 5 attempts
    where get.pulumi.com can be reached: npm run -s pulumi -- plugin install resource kubernetes v4.34.2
    without it, cnilab makes the pods itself: --set objects=cnilab"
  `);
});

test('one that may not be downloaded; nothing does without the command plugin', () => {
  expect(missingPlugin(NOT_HERE)).toMatchInlineSnapshot(`
    "Pulumi’s plugin command v1.2.1 is not installed
    where get.pulumi.com can be reached: npm run -s pulumi -- plugin install resource command v1.2.1"
  `);
});

test('anything else is no missing plugin', () => {
  expect(missingPlugin('the API server cannot be reached')).toBeUndefined();
});
