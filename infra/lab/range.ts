// A range of a lab file as numbers; one that cannot be used for hosts is a problem in the report.
import { type Cidr, formatCidr, hasHostBits, parseCidr, specialRange } from './cidr.ts';
import { TERMS } from './family-terms.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';

/** The range, with host bits cleared, whatever was found wrong with it. */
export function range(text: string, path: Path, report: Report): Cidr {
  const cidr = parseCidr(text);
  const special = specialRange(cidr);
  if (hasHostBits(text))
    report.at(path, `${text} names a host, not a range`, `did you mean ${formatCidr(cidr)}?`);
  else if (special !== undefined)
    report.at(
      path,
      `${text} overlaps ${special}: such addresses are not routed`,
      `use a ${TERMS[cidr.family].private}`,
    );
  return cidr;
}
