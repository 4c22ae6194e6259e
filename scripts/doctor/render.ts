// Renders the doctor's findings: a table for people.
import { renderTable } from '../../infra/report/table.ts';
import { type Check, ready } from './check.ts';

/** Advice is longer than a column can be, so it stands below the table, beside the need's name. */
export function renderChecks(checks: readonly Check[], width?: number): string {
  const rows = checks.map((check) => [check.need, state(check), check.version, check.from, check.use]);
  const table = renderTable(['need', 'found', 'version', 'where', 'for'], rows, width ? { width } : {});
  const advice = checks.flatMap((check) => (check.advice ? [`${check.need}: ${check.advice}`] : []));
  const last = ready(checks)
    ? 'Everything that is needed is here.'
    : `Missing: ${checks
        .filter((check) => check.required && !check.found)
        .map((check) => check.need)
        .join(', ')}`;
  return [
    table,
    ...(advice.length > 0 ? ['', 'What to do', ...advice.map((line) => `  ${line}`)] : []),
    '',
    last,
  ].join('\n');
}

function state(check: Check): string {
  if (check.found) return 'yes';
  return check.required ? 'NO' : 'no (optional)';
}
