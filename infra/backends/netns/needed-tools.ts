// In a file of its own: what only asks for the list loads nothing else of the backend.

/** Programs of the machine that making a lab takes; experiments need more, and say so themselves. */
export const NEEDED_TOOLS: readonly string[] = [
  'ip',
  'bridge',
  'iptables',
  'nsenter',
  'unshare',
  'setpriv',
  'setcap',
  'perl',
];
