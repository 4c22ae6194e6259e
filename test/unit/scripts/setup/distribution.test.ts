import { describe, expect, test } from 'vitest';
import { FAMILIES, installCommand, parseOsRelease } from '../../../../scripts/setup/distribution.ts';

describe('os-release', () => {
  test.each([
    ['ID=debian', 'debian'],
    ['ID=ubuntu\nID_LIKE=debian', 'debian'],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"', 'debian'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"', 'fedora'],
    ['ID=fedora', 'fedora'],
    ["ID='arch'", 'arch'],
    ['ID=manjaro\nID_LIKE=arch', 'arch'],
    ['ID=alpine', 'alpine'],
    ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', 'suse'],
  ])('%j is of the family %s', (text, family) => {
    expect(parseOsRelease(text).family).toBe(family);
  });

  test('a distribution nobody has heard of keeps its name', () => {
    expect(parseOsRelease('ID=plan9\nPRETTY_NAME="Plan 9"')).toEqual({ name: 'Plan 9', family: undefined });
  });
});

describe('the command', () => {
  test('updates the lists first where that is needed, and asks for root by sudo only', () => {
    expect(installCommand('debian', ['tcpdump', 'nftables'], false)).toBe(
      'sudo apt-get update && sudo apt-get install --no-install-recommends -y tcpdump nftables',
    );
    expect(installCommand('alpine', ['tcpdump'], true)).toBe('apk add tcpdump');
  });
  test.each(FAMILIES)('of %s ends with the packages', (family) => {
    expect(installCommand(family, ['a', 'b'], true)).toMatch(/ a b$/);
  });
});
