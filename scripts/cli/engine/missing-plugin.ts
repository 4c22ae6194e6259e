// A plugin of Pulumi's that is not here and cannot be downloaded: what the engine says of it, and what can be done.

/** As the engine says it (pulumi/pulumi, pkg/resource/plugin and sdk/go/common/workspace), with and without a download. */
const FORMS = [
  /^Could not automatically download and install resource plugin 'pulumi-resource-(?<name>[^']+)' at version (?<version>v\S+), install the plugin using `[^`]*`: (?:error downloading provider \S+ to file: )?(?<why>[\s\S]*)$/,
  /^no resource plugin 'pulumi-resource-(?<name>[^']+)' found in the workspace at version (?<version>v\S+)/,
] as const;

/** What a plugin is for can be done without it, by a setting of the backend. */
const INSTEAD: Readonly<Record<string, string>> = {
  kubernetes: 'without it, cnilab makes the pods itself: --set objects=cnilab',
};

/** @returns one message that says what to do, or undefined when `message` is of something else */
export function missingPlugin(message: string): string | undefined {
  const found = FORMS.map((form) => form.exec(message)?.groups).find((groups) => groups !== undefined);
  if (!found) return undefined;
  const { name = '', version = '', why } = found;
  const lines = [
    `Pulumi’s plugin ${name} ${version} is not installed${why ? `, and cannot be downloaded: ${why.trim()}` : ''}`,
    `where get.pulumi.com can be reached: npm run -s pulumi -- plugin install resource ${name} ${version}`,
    INSTEAD[name],
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
