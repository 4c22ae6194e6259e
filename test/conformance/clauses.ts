// The CNI specification, clause by clause: what it asks of a runtime, and what shows that ours does it. Data, no more.

/** A test of ours: its file under test/unit, and the test's name. */
export type TestRef = readonly [file: string, name: string];

export interface Clause {
  /** Of the specification 1.1.0. */
  readonly section: string;
  readonly says: string;
  /** The version that brought it; before, another line of the table holds. */
  readonly since?: '0.3.0' | '0.3.1' | '0.4.0' | '1.0.0' | '1.1.0';
  readonly tests?: readonly TestRef[];
  /** Cases of the comparison with cnitool in which it can be seen. */
  readonly cases?: readonly string[];
  /** Why there is nothing for this runtime to do, or how it goes about it. */
  readonly note?: string;
}

const LIST = 'cni/network-list.test.ts';
const DIR = 'cni/config-dir.test.ts';
const DERIVED = 'cni/derived-config.test.ts';
const CODES = 'cni/error-codes.test.ts';
const RECORDS = 'cni/records.test.ts';
const REAL = 'cni/runtime-real-plugins.test.ts';
const GC = 'cni/gc-status.test.ts';
const FAULTS = 'cni/plugin-faults.test.ts';
const LOCKS = 'cni/operation-locks.test.ts';
const RESULT = 'cni/result-version.test.ts';
const LIBCNI = 'cni/libcni-calls.test.ts';

const ENVIRONMENT: TestRef = [DERIVED, 'the environment is what the specification names and no more'];
const CALLS: TestRef = [LIBCNI, 'the runtime tells plugins what libcni tells them, cniVersion %s'];
const NOT_ATTACHED: TestRef = [CODES, 'an attachment that no plugin may see: %j'];
const MESSAGES: TestRef = [LIST, '%s %j'];
const VERBS: TestRef = [REAL, 'ADD wires the pod and is on record; DEL leaves nothing'];

const PLUGIN = 'Asked of plugins, not of a runtime.';

export const CLAUSES: readonly Clause[] = [
  // Section 1: Network configuration format.
  { section: '1', says: 'A configuration is a JSON object', tests: [MESSAGES] },
  {
    section: '1',
    says: 'cniVersion: the version to which the list and all its plugins conform',
    tests: [MESSAGES, CALLS],
    cases: ['bridge', 'reserved-keys'],
  },
  {
    section: '1',
    says: 'cniVersions: all versions that the configuration supports',
    since: '1.1.0',
    tests: [[LIST, 'of several versions the highest that we know is spoken']],
    cases: ['versions'],
  },
  {
    section: '1',
    says: 'name: starts with a letter or digit, then letters, digits, underscore, dot, hyphen',
    tests: [MESSAGES],
  },
  {
    section: '1',
    says: 'disableCheck: CHECK must not be called',
    since: '0.4.0',
    tests: [
      [GC, 'CHECK is skipped with disableCheck'],
      [LIST, 'switches as words, in any case, as libcni takes them; capabilities that are null'],
    ],
    cases: ['disableCheck'],
  },
  {
    section: '1',
    says: 'disableGC: GC must not be called',
    since: '1.1.0',
    tests: [[GC, 'GC goes on after an error; disableGC and old versions skip it and say so']],
    cases: ['disableGC'],
  },
  {
    section: '1',
    says: 'loadOnlyInlinedPlugins false: plugins aggregated from other sources must be appended to those of that network',
    since: '1.1.0',
    tests: [
      [DIR, 'those in the directory of the network’s name are appended, in order of their names'],
      [DIR, 'a list may have no others'],
    ],
    cases: ['plugin-files', 'plugin-files-only'],
    note: 'The specification lets a runtime aggregate or not; libcni does since 1.3.0, from <directory>/<network>/*.conf, and so do we. A lab’s own configs directory has files only, so such a directory is made by what runs on the node.',
  },
  {
    section: '1',
    says: 'loadOnlyInlinedPlugins true: others are ignored; it cannot be true without plugins',
    since: '1.1.0',
    tests: [[DIR, 'loadOnlyInlinedPlugins leaves them out, and needs plugins']],
    cases: ['loadOnlyInlinedPlugins'],
  },
  {
    section: '1',
    says: 'Aggregated plugin objects must be validated, and each valid one invoked',
    since: '1.1.0',
    tests: [[DIR, 'one that is broken breaks its network, and the message names the file']],
    cases: ['plugin-files'],
  },
  {
    section: '1',
    says: 'A file may hold a single plugin instead of a list (removed in 1.0.0)',
    since: '0.3.0',
    tests: [
      [DIR, 'endings are sorted together: a .conf before a .conflist is the network, wrapped in a list'],
    ],
  },
  {
    section: '1',
    says: 'type matches a file on disk, and must not contain characters disallowed in paths',
    tests: [MESSAGES, [FAULTS, 'nothing is called, and the message says where it looked and what is near']],
    cases: ['missing'],
  },
  {
    section: '1',
    says: 'Unknown fields of a plugin object must be passed through unchanged',
    tests: [
      [DERIVED, 'unknown keys reach the plugin as they are'],
      [LIST, 'keys of plugins that we do not know are kept, and the text as it was'],
    ],
    cases: ['reserved-keys', 'protocol'],
  },
  {
    section: '1',
    says: 'runtimeConfig and keys that begin with cni.dev/ are the runtime’s',
    tests: [[DERIVED, 'what a configuration says in the runtime’s place is not passed on']],
    cases: ['reserved-keys'],
  },
  {
    section: '1',
    says: 'args is the runtime’s',
    tests: [[DERIVED, 'addresses that are asked for stand beside the arguments of the lab’s own']],
    cases: ['reserved-keys'],
    note: 'What the configuration has there is kept, as libcni keeps it: the conventions let people use it.',
  },
  {
    section: '1',
    says: 'ipMasq, ipam, dns: meanings that plugins should respect',
    note: PLUGIN,
  },
  {
    section: '1',
    says: 'The highest supported version of cniVersion and cniVersions must be selected',
    since: '1.1.0',
    tests: [[LIST, 'of several versions the highest that we know is spoken']],
    cases: ['versions'],
  },
  {
    section: '1',
    says: 'The versions that plugins report for VERSION may be considered',
    note: 'May. They are not asked: a plugin that does not speak the version says so with code 1, and the message names both (runtime-real-plugins: "plugins older than the list").',
    tests: [[REAL, 'plugins older than the list: the message names both versions']],
  },

  // Section 2: Execution protocol.
  {
    section: '2',
    says: 'Plugins are executed in the runtime’s networking domain',
    tests: [VERBS],
    cases: ['bridge', 'ptp', 'host-device'],
    note: 'The node’s namespace: what a plugin makes is there on both sides.',
  },
  {
    section: '2',
    says: 'Configuration on standard input, parameters in the environment',
    tests: [CALLS],
    cases: ['protocol'],
  },
  { section: '2', says: 'CNI_COMMAND: the operation', tests: [ENVIRONMENT, CALLS] },
  {
    section: '2',
    says: 'CNI_CONTAINERID: unique, not empty, starts with a letter or digit, then letters, digits, _ . -',
    tests: [NOT_ATTACHED, ENVIRONMENT],
  },
  { section: '2', says: 'CNI_NETNS: path of the network namespace', tests: [NOT_ATTACHED, ENVIRONMENT] },
  {
    section: '2',
    says: 'CNI_IFNAME: name of the interface in the container',
    tests: [NOT_ATTACHED, ENVIRONMENT],
    cases: ['loopback'],
    note: 'The kernel’s rules are applied: 1 to 15 bytes, no "/", ":" or white space, not "." or "..".',
  },
  {
    section: '2',
    says: 'CNI_ARGS: key=value pairs, separated by semicolons',
    tests: [ENVIRONMENT, NOT_ATTACHED],
    cases: ['kindnet', 'protocol'],
  },
  { section: '2', says: 'CNI_PATH: list of directories, separated by colons', tests: [ENVIRONMENT] },
  {
    section: '2',
    says: 'A plugin exits with 0 on success, and otherwise prints an error structure',
    tests: [
      [FAULTS, '%s'],
      [REAL, 'a second plugin that fails: every plugin gets its DEL, in reverse, and nothing is left'],
    ],
    note: 'What is printed instead is told as it is.',
  },
  {
    section: '2, ADD',
    says: 'Must be given: CNI_COMMAND, CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME',
    tests: [VERBS, CALLS],
  },
  {
    section: '2, ADD',
    says: 'A successful plugin must print a result',
    tests: [[FAULTS, '%s']],
    cases: ['result-null'],
  },
  {
    section: '2, ADD',
    says: 'ADD should not be called twice for a container and interface without a DEL between',
    tests: [[REAL, 'two ADDs of one interface: the second is refused and the first stays']],
    cases: ['add-twice'],
  },
  {
    section: '2, ADD',
    says: 'A container may be added to a network again with another interface name',
    tests: [[REAL, 'two ADDs of one interface: the second is refused and the first stays']],
  },
  {
    section: '2, ADD',
    says: 'An interface of that name exists: the plugin must return an error',
    note: PLUGIN,
  },
  {
    section: '2, DEL',
    says: 'Must be given: CNI_COMMAND, CNI_CONTAINERID, CNI_IFNAME; CNI_NETNS may be left out',
    tests: [ENVIRONMENT, [GC, 'GC removes what is not valid, then tells every plugin what is']],
    cases: ['bridge'],
  },
  {
    section: '2, DEL',
    says: 'DEL of what is gone is no error; DEL may be called many times',
    tests: [[RECORDS, 'DEL of what was never added is fine']],
    cases: ['bridge', 'ptp', 'never-added', 'host-device'],
    note: 'Asked of plugins; host-device 1.9.1 does not keep to it. The runtime calls none for what it does not know, unless it is given the configuration.',
  },
  {
    section: '2, CHECK',
    says: 'Must not be called for a container that has not been added, or has been deleted since',
    since: '0.4.0',
    tests: [[GC, 'CHECK is skipped with disableCheck']],
    cases: ['never-added'],
  },
  {
    section: '2, CHECK',
    says: 'Must not be called when disableCheck is true',
    since: '0.4.0',
    tests: [[GC, 'CHECK is skipped with disableCheck']],
    cases: ['disableCheck'],
  },
  {
    section: '2, CHECK',
    says: 'prevResult must be there: the result of the ADD before',
    since: '0.4.0',
    tests: [CALLS],
    cases: ['everything'],
  },
  {
    section: '2, CHECK',
    says: 'The runtime may stop at the first plugin that returns an error, and may take the container for broken',
    since: '0.4.0',
    tests: [[REAL, 'CHECK sees a flushed address where the version has CHECK, and says so where it has not']],
    cases: ['damaged'],
  },
  {
    section: '2, CHECK',
    says: 'All parameters but CNI_PATH must be those of the ADD',
    since: '0.4.0',
    tests: [CALLS],
    cases: ['kindnet', 'protocol'],
  },
  {
    section: '2, CHECK',
    says: 'There is no CHECK before 0.4.0',
    tests: [
      [REAL, 'CHECK sees a flushed address where the version has CHECK, and says so where it has not'],
      CALLS,
    ],
    cases: ['bridge'],
  },
  {
    section: '2, STATUS',
    says: 'Asks whether a plugin is ready for ADD; an error is told with its code, such as 50 and 51',
    since: '1.1.0',
    tests: [[GC, 'STATUS stops at the first plugin that is not ready']],
    cases: ['bridge', 'exhausted'],
    note: 'It is for information: no ADD waits for it.',
  },
  {
    section: '2, VERSION',
    says: 'A configuration with cniVersion on standard input',
    note: 'The runtime never asks (section 1, "may").',
  },
  {
    section: '2, GC',
    says: 'cni.dev/valid-attachments: containerID and ifname of each attachment that is still valid',
    since: '1.1.0',
    tests: [[GC, 'GC removes what is not valid, then tells every plugin what is']],
  },
  {
    section: '2, GC',
    says: 'Must be given: CNI_COMMAND, CNI_PATH',
    since: '1.1.0',
    tests: [[GC, 'GC removes what is not valid, then tells every plugin what is'], CALLS],
  },
  {
    section: '2, GC',
    says: 'GC must not be used as a substitute for DEL',
    since: '1.1.0',
    tests: [[GC, 'GC removes what is not valid, then tells every plugin what is']],
    cases: ['bridge', 'everything'],
    note: 'Every recorded attachment that is not valid gets its DEL before plugins are told to collect.',
  },
  { section: '2, GC', says: 'There is no GC and no STATUS before 1.1.0', tests: [CALLS], cases: ['bridge'] },

  // Section 3: Execution of network configurations.
  {
    section: '3',
    says: 'The network namespace must be there before any plugin is called, and is the runtime’s to clean up',
    tests: [NOT_ATTACHED],
    note: 'ADD without one is refused. Making and ending it is the trade of infra/backends/netns, whose pods are processes.',
  },
  {
    section: '3',
    says: 'No parallel operations for one container; different containers may run beside each other',
    tests: [
      [LOCKS, 'whatever is asked for, in whatever order it ends'],
      [
        REAL,
        'many pods: loopback and eth0 in one batch, parallel, one record file while it runs, none afterwards',
      ],
    ],
    note: 'Within one runtime object; a backend has one for each node.',
  },
  {
    section: '3',
    says: 'GC runs alone: it waits for ADD and DEL, and they for it',
    since: '1.1.0',
    tests: [[LOCKS, 'whatever is asked for, in whatever order it ends']],
  },
  {
    section: '3',
    says: 'ADD must eventually be followed by DEL, and DEL must be executed even if ADD fails',
    tests: [
      [REAL, 'a second plugin that fails: every plugin gets its DEL, in reverse, and nothing is left'],
      [RECORDS, 'an ADD that was cut off is undone by DEL, and before the next ADD'],
      [FAULTS, 'is killed with its children, and DEL follows'],
      [FAULTS, 'is killed when the user interrupts, and DEL still runs'],
    ],
    cases: ['refused', 'missing'],
  },
  {
    section: '3',
    says: 'DEL may be followed by more DELs',
    tests: [[RECORDS, 'DEL of what was never added is fine']],
    cases: ['bridge'],
  },
  {
    section: '3',
    says: 'The configuration should not change between ADD and DEL',
    tests: [[RECORDS, 'DEL uses the configuration of the ADD, not the one there is now']],
    note: 'If it does, the one that was recorded is used.',
  },
  {
    section: '3',
    says: 'The plugin directories must be given to plugins as CNI_PATH',
    tests: [ENVIRONMENT],
    cases: ['bridge'],
    note: 'For every verb: the reference plugins refuse to run without it.',
  },
  {
    section: '3, ADD',
    says: 'Look up the executable; that there is none is an error',
    tests: [
      [FAULTS, 'nothing is called, and the message says where it looked and what is near'],
      [FAULTS, 'a plugin installed later is found'],
    ],
    cases: ['missing'],
  },
  {
    section: '3, ADD',
    says: 'In order; the first plugin has no prevResult, each other one its predecessor’s result',
    tests: [VERBS, CALLS],
    cases: ['everything', 'plugin-files'],
  },
  {
    section: '3, ADD',
    says: 'An error halts the list and is returned',
    tests: [[REAL, 'a second plugin that fails: every plugin gets its DEL, in reverse, and nothing is left']],
    cases: ['refused', 'exhausted'],
  },
  {
    section: '3, ADD',
    says: 'The final result must be stored persistently',
    tests: [
      VERBS,
      [RECORDS, 'what cannot be put on record is not left attached'],
      [RECORDS, 'DEL is not held up by the cache file %j'],
    ],
    cases: ['everything'],
    note: 'In the form and at the place of libcni’s cache; both caches are compared after every step.',
  },
  {
    section: '3, DEL',
    says: 'In reverse order',
    tests: [VERBS, CALLS],
    cases: ['everything'],
  },
  {
    section: '3, DEL',
    says: 'prevResult is the final result of the ADD, for every plugin',
    since: '0.4.0',
    tests: [CALLS, [RECORDS, 'DEL uses the configuration of the ADD, not the one there is now']],
    cases: ['everything'],
  },
  { section: '3, DEL', says: 'No prevResult before 0.4.0', tests: [VERBS, CALLS], cases: ['everything'] },
  {
    section: '3, DEL',
    says: 'An error halts the list and is returned',
    tests: [
      [
        CODES,
        'DEL halts at the first error and names those not called; best effort goes on; the record stays',
      ],
    ],
    cases: ['missing'],
    note: 'Tearing a lab down asks for best effort: one plugin’s error must not keep the next from freeing an address.',
  },
  {
    section: '3, CHECK',
    says: 'In order, with the final result of the ADD; an error halts the list',
    since: '0.4.0',
    tests: [CALLS],
    cases: ['everything', 'damaged'],
  },
  {
    section: '3, GC',
    says: 'By every plugin in order; after an error with the next, and all errors are returned',
    since: '1.1.0',
    tests: [[GC, 'GC goes on after an error; disableGC and old versions skip it and say so']],
    cases: ['everything'],
  },
  {
    section: '3, deriving',
    says: 'cniVersion and name are always inserted',
    tests: [[DERIVED, 'unknown keys reach the plugin as they are'], CALLS],
    cases: ['reserved-keys'],
  },
  {
    section: '3, deriving',
    says: 'runtimeConfig: what the plugin declares and the runtime has',
    tests: [[DERIVED, 'runtimeConfig has exactly what the plugin declares and the runtime has'], CALLS],
    cases: ['bridge-ips', 'bridge-bandwidth', 'kindnet'],
  },
  {
    section: '3, deriving',
    says: 'prevResult as the operation defines it',
    tests: [[DERIVED, 'prevResult is passed as it came']],
  },
  {
    section: '3, deriving',
    says: 'capabilities must not be set',
    tests: [[DERIVED, 'unknown keys reach the plugin as they are']],
    cases: ['kindnet'],
  },
  {
    section: '3, deriving',
    says: 'All other fields that do not begin with cni.dev/ are passed through',
    tests: [
      [DERIVED, 'unknown keys reach the plugin as they are'],
      [DERIVED, 'what a configuration says in the runtime’s place is not passed on'],
    ],
    cases: ['reserved-keys'],
  },

  // Section 4: Plugin delegation.
  {
    section: '4',
    says: 'Delegates are found in CNI_PATH and get the same environment and configuration',
    cases: ['bridge', 'flannel', 'bridge-static'],
    note: 'Asked of plugins. The runtime’s part is CNI_PATH; what delegates are told is recorded and is the same on both sides.',
  },

  // Section 5: Result types.
  {
    section: '5',
    says: 'Result: cniVersion is that of the input',
    tests: [
      [RESULT, 'a result whose cniVersion is %j is of the list’s version'],
      [RESULT, 'the last plugin answers in another version: CHECK and DEL have the result in the list’s'],
      [RESULT, 'a version that there is not: no result, and the ADD is undone'],
    ],
    cases: ['result-no', 'result-older', 'result-newer'],
    note: 'Asked of plugins. A result of another version is converted; one of no version of the protocol is refused.',
  },
  {
    section: '5',
    says: 'Result: interfaces, ips, routes, dns (0.3.0 on); ip4 and ip6 before; ips[].version until 0.4.0',
    tests: [
      ['cni/add-result.test.ts', 'ptp has no bridge, and a result without interfaces no veth'],
      [RESULT, 'between versions with whole results nothing is lost'],
      [RESULT, 'to 0.2.0 and back: the first address of each family, its routes, no interfaces'],
    ],
    cases: ['bridge-dual'],
  },
  {
    section: '5',
    says: 'Result: mtu, socketPath, pciID of interfaces, and mtu, advmss, priority, table, scope of routes',
    since: '1.1.0',
    cases: ['bridge-dual', 'bridge-sbr'],
    note: 'Handed on and kept as the plugin printed them; both sides have the same prevResults and the same cache.',
  },
  {
    section: '5',
    says: 'Error: cniVersion, code, msg, details; stderr is free text',
    tests: [
      [REAL, 'a second plugin that fails: every plugin gets its DEL, in reverse, and nothing is left'],
      [FAULTS, '%s'],
    ],
  },
  {
    section: '5',
    says: 'Code 1: the plugin does not speak the version',
    tests: [
      [REAL, 'plugins older than the list: the message names both versions'],
      [CODES, '1, incompatible version: a plugin that has done nothing is owed nothing'],
    ],
    cases: ['bridge', 'flannel'],
  },
  {
    section: '5',
    says: 'Code 3: the container is unknown, and the runtime need not clean up',
    tests: [[CODES, '3, container unknown, on DEL: there is nothing to remove']],
  },
  {
    section: '5',
    says: 'Code 11: try again later',
    tests: [
      [CODES, '11, try again later: DEL, a pause, and another ADD'],
      [CODES, '11 for ever: given up after a few tries'],
      [CODES, '11 on DEL: the same plugin is asked again after a pause'],
    ],
  },
  {
    section: '5',
    says: 'Codes 2, 4, 5, 6, 7, and from 100 on those of plugins: told with what they mean',
    tests: [
      [REAL, 'a second plugin that fails: every plugin gets its DEL, in reverse, and nothing is left'],
      [CODES, 'clean-up that fails is told with the failure, and stays on record until a DEL succeeds'],
    ],
  },
];
