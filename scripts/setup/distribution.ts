// Which Linux distribution this is, and how something is installed on it.
import { readFileSync } from 'node:fs';

/** Distributions that share a package manager and package names. */
export const FAMILIES = ['debian', 'fedora', 'arch', 'alpine', 'suse'] as const;
export type Family = (typeof FAMILIES)[number];

export interface Distribution {
  /** As the distribution calls itself: `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
  /** undefined: a distribution whose package manager we do not know. */
  readonly family: Family | undefined;
}

const FAMILY_OF_ID: Readonly<Record<string, Family>> = {
  debian: 'debian',
  ubuntu: 'debian',
  fedora: 'fedora',
  rhel: 'fedora',
  centos: 'fedora',
  rocky: 'fedora',
  almalinux: 'fedora',
  arch: 'arch',
  alpine: 'alpine',
  suse: 'suse',
  opensuse: 'suse',
  sles: 'suse',
};

/** Commands that install packages, in order; the names are appended to the last one. */
const INSTALL: Readonly<Record<Family, readonly string[]>> = {
  debian: ['apt-get update', 'apt-get install --no-install-recommends -y'],
  fedora: ['dnf install -y'],
  arch: ['pacman -S --needed --noconfirm'],
  alpine: ['apk add'],
  suse: ['zypper install -y'],
};

/** Reads os-release(5): ID first, then ID_LIKE in its order ("from closest to furthest"). */
export function parseOsRelease(text: string): Distribution {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line.trim());
    if (match?.[1]) fields.set(match[1], match[2] ?? match[3] ?? match[4] ?? '');
  }
  const ids = [fields.get('ID') ?? '', ...(fields.get('ID_LIKE') ?? '').split(/\s+/)];
  // openSUSE's are `opensuse-leap`, `opensuse-tumbleweed`.
  const family = ids.map((id) => FAMILY_OF_ID[id.split('-')[0] ?? '']).find((found) => found !== undefined);
  return { name: fields.get('PRETTY_NAME') ?? fields.get('ID') ?? 'this system', family };
}

/** One command line that installs packages on that family, as root or through sudo. */
export function installCommand(family: Family, packages: readonly string[], root: boolean): string {
  const steps = INSTALL[family].map((step) => (root ? step : `sudo ${step}`));
  return `${steps.join(' && ')} ${packages.join(' ')}`;
}

/** The distribution of this machine (os-release(5) names both places, in this order). */
export function thisDistribution(): Distribution {
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return parseOsRelease(readFileSync(file, 'utf8'));
    } catch {
      // The next place, then none.
    }
  }
  return { name: 'this system', family: undefined };
}
