// `npm test`: every check of the project, stage by stage, a failure does not hide the next. `npm test -- unit` runs one.
import { fileURLToPath } from 'node:url';
import { ordinaryUserStage } from './test/ordinary-user.ts';
import { runStages } from './test/run-stages.ts';
import { programStage, type Stage, vitestStage } from './test/stage.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** In CI its colours would be one escape sequence a letter. */
const colors = process.stdout.isTTY ? 'force' : 'off';
const biome = ['node_modules/.bin/biome', 'ci', '--error-on-warnings', `--colors=${colors}`, '.'];

const tsc = [process.execPath, 'node_modules/typescript/bin/tsc', '-p'];

const stages: readonly Stage[] = [
  programStage('lint', 'format and lint', biome),
  programStage('types', 'types', [...tsc, '.']),
  programStage('page-types', 'types of the report’s page', [...tsc, 'infra/report/html/client']),
  ...['unit', 'program', 'provider', 'labs'].map(vitestStage),
  ...(process.getuid?.() === 0 ? [ordinaryUserStage(ROOT)] : []),
];

const words = process.argv.slice(2);
const names = stages.map((stage) => stage.name);
/** Words up to the first that is no stage choose; the rest is the stages' own, such as a file or `-t name`. */
const cut = words.findIndex((word) => !names.includes(word));
const chosen = cut < 0 ? words : words.slice(0, cut);
const rest = cut < 0 ? [] : words.slice(cut);

if (words.includes('--help') || words.includes('-h')) {
  process.stdout.write(`usage: npm test [-- stage… [arguments of the stage]]\nstages: ${names.join(', ')}\n`);
} else if (rest.length > 0 && chosen.length === 0) {
  process.stderr.write(`npm test: no stage is called ${rest[0]}; there are ${names.join(', ')}\n`);
  process.exitCode = 2;
} else {
  process.chdir(ROOT);
  process.exitCode = await runStages(
    stages.filter((stage) => chosen.length === 0 || chosen.includes(stage.name)),
    rest,
  );
}
