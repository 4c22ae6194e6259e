// The sandbox for real: what runs inside a lab cannot write outside it, remount, or get back out.
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterHandle } from '../../../../infra/backends/backend.ts';
import { netnsBackend } from '../../../../infra/backends/netns/netns-backend.ts';
import { exec } from '../../../../infra/util/exec.ts';
import { shellQuote } from '../../../../infra/util/shell-quote.ts';

/** The system calls themselves: mount(8) and umount(8) refuse by their own rules before the kernel is asked. */
const numbers =
  process.arch === 'arm64'
    ? { mount: 40, umount: 39, reboot: 142, init_module: 105 }
    : { mount: 165, umount: 166, reboot: 169, init_module: 175 };
const MS_NOSUID = 2;
const MS_NODEV = 4;
const MS_NOEXEC = 8;
const MS_REMOUNT = 32;
const MS_BIND = 4096;
const MNT_DETACH = 2;
const perl = (call: string, target: string) =>
  `perl -e 'my ($t, $n) = ("${target}", "none"); $! = 0; syscall(${call}) == 0 or die "$!\\n"'`;
const remount = (target: string, flags = 0) =>
  perl(`${numbers.mount}, $n, $t, $n, ${MS_REMOUNT | MS_BIND | flags}, 0`, target);
const mount = (type: string) =>
  `perl -e 'my ($n, $t, $f) = ("none", "/run", "${type}"); $! = 0; syscall(${numbers.mount}, $n, $t, $f, 0, 0) == 0 or die "$!\\n"'`;
/** Of the magic numbers of reboot(2) the one that only says what Ctrl-Alt-Del does. */
const reboot = `perl -e '$! = 0; syscall(${numbers.reboot}, 0xfee1dead, 672274793, 0, 0) == 0 or die "$!\n"'`;
const loadModule = `perl -e 'my $m = my $o = ""; $! = 0; syscall(${numbers.init_module}, $m, 0, $o) == 0 or die "$!\n"'`;
const umount = (target: string) => perl(`${numbers.umount}, $t, ${MNT_DETACH}`, target);

/** The command where the node's own sysfs is gone and the sandbox's shows. */
const bareSys = (command: string) =>
  shellQuote(['unshare', '-m', 'sh', '-c', `${umount('/sys')}; ${command}`]);

const isRoot = process.getuid?.() === 0;
const op = { signal: new AbortController().signal };

describe.each(isRoot ? (['rootless', 'root'] as const) : (['rootless'] as const))(
  'a %s sandbox',
  (isolation) => {
    let handle: ClusterHandle;
    let outside: string;
    const before = process.env.CNILAB_STATE_DIR;

    beforeAll(async () => {
      outside = mkdtempSync(path.join(tmpdir(), 'cnilab-outside-'));
      chmodSync(outside, 0o777);
      writeFileSync(path.join(outside, 'open'), 'untouched', { mode: 0o666 });
      process.env.CNILAB_STATE_DIR = path.join(outside, 'state');
      handle = await netnsBackend.createCluster(
        {
          stack: 'sandbox-test',
          lab: 'sandbox-test',
          isolation,
          underlay: { cidr: '192.168.49.0/24', gateway: '192.168.49.1' },
          nodes: [{ name: 'n1', role: 'worker', address: '192.168.49.2', podCIDR: '10.244.0.0/24' }],
        },
        async () => undefined,
        op,
      );
    });

    afterAll(async () => {
      await netnsBackend.deleteCluster(handle, op);
      expect(await netnsBackend.isAlive(handle)).toBe(false);
      rmSync(outside, { recursive: true });
      process.env.CNILAB_STATE_DIR = before;
    });

    /** As `lab exec` does it. */
    async function inside(command: string) {
      const shell = await netnsBackend.connect(handle).shell('n1', ['sh', '-c', command]);
      return exec(shell.argv, { env: shell.env, uid: shell.uid, gid: shell.gid, timeoutMs: 20_000 });
    }

    it('has every capability over its own network, under a uid that tcpdump accepts', async () => {
      const { stdout, stderr } = await inside(
        'id -u; ip link add t0 type veth peer name t1 && ip link del t0 && echo made',
      );
      expect({ stdout, stderr }).toEqual({ stdout: '1000\nmade\n', stderr: '' });
    });

    it.each([
      ['create a file in /usr', 'touch /usr/escaped', 'Read-only file system'],
      ['create a file in /', 'touch /escaped', 'Read-only file system'],
      ['change a sysctl of the machine', 'echo 1 > /proc/sys/kernel/panic', 'Read-only file system'],
      ['make /usr writable', remount('/usr', MS_NOSUID | MS_NODEV), 'Operation not permitted'],
      ['make / writable', remount('/'), 'Operation not permitted'],
      [
        'make /proc/sys writable',
        remount('/proc/sys', MS_NOSUID | MS_NODEV | MS_NOEXEC),
        'Operation not permitted',
      ],
      ['let setuid programs work', remount('/usr', MS_NODEV), 'Operation not permitted'],
      ['take away the cover of /proc/sys', umount('/proc/sys'), 'Invalid argument'],
      ['take away /proc', umount('/proc'), 'Invalid argument'],
      ['take away /usr', umount('/usr'), 'Invalid argument'],
      [
        'unlock mounts in a mount namespace of its own',
        `unshare -m ${remount('/usr', MS_NOSUID | MS_NODEV)}`,
        'Operation not permitted',
      ],
      [
        'unlock mounts in a user namespace of its own',
        `unshare -Urm ${remount('/usr', MS_NOSUID | MS_NODEV)}`,
        'Operation not permitted',
      ],
      ['enter the namespaces of PID 1', 'nsenter -t 1 -m true', 'Permission denied'],
      ['enter the user namespace of PID 1', 'nsenter -t 1 -U true', 'Permission denied'],
      ['see the root of PID 1', 'ls /proc/1/root/', 'Permission denied'],
      ['make a device of the disk', 'mknod /tmp/disk b 8 0', 'Operation not permitted'],
      ["uncover the machine's cgroups", bareSys(umount('/sys/fs/cgroup')), 'Invalid argument'],
      [
        'have a cgroup namespace, with which the cgroup tree is mounted anew',
        'unshare -C true',
        'No space left',
      ],
      ['mount a /proc without covers', 'unshare -m -p -f --mount-proc true', 'Operation not permitted'],
      ['mount the devices', mount('devtmpfs'), 'Operation not permitted'],
      ["mount the kernel's debugging files", mount('debugfs'), 'Operation not permitted'],
      // Kernels that have no modules say so.
      ['load a module', loadModule, / not (permitted|implemented)/],
      ['restart the machine', reboot, 'Operation not permitted'],
      ['set the clock', 'date -s "$(date)"', 'Operation not permitted'],
      ['give a name to the machine', 'nsenter -t 1 -u true', 'Permission denied'],
      ["use the machine's network", 'nsenter -t 1 -n true', 'Permission denied'],
      ['make a cgroup', bareSys('mkdir /sys/fs/cgroup/escaped'), 'Read-only file system'],
    ])('does not let anybody %s', async (_, command, why) => {
      const { exitCode, stderr } = await inside(command);
      expect(exitCode).not.toBe(0);
      expect(stderr).toMatch(why);
      expect(existsSync('/usr/escaped') || existsSync('/escaped')).toBe(false);
    });

    it('refuses because of the locks: the same calls work on what the lab itself mounted', async () => {
      const own = shellQuote([
        'unshare',
        '-m',
        'sh',
        '-c',
        `${remount('/run')} && ${umount('/sys')} && echo both`,
      ]);
      expect(await inside(own)).toMatchObject({ stdout: 'both\n', stderr: '' });
    });

    it('shows nothing of the machine but programs: no home, no files of others, none of its processes', async () => {
      const { stdout } = await inside(
        `ls -d /home /root /boot ${outside} 2>/dev/null; ps -A -o pid= -o comm= || ls /proc`,
      );
      expect(stdout).not.toMatch(/^\//m);
      // Node.js runs this very test on the machine.
      expect(stdout).toMatch(/^ *1 sh$/m);
      expect(stdout).not.toContain('node');
    });

    it('lets nobody open a file of the kernel for writing but those of its own network', async () => {
      const open = (directory: string, own: string) =>
        `find ${directory} -type f -not -path "${own}" -print0 2> /dev/null | perl -0ne 'chomp; print "$_\n" if sysopen my $f, $_, 1'`;
      const { stdout } = await inside(
        `${open('/proc/sys', '/proc/sys/net/*')}; ${open('/sys', '/sys/devices/virtual/net/*')}; ${open('/proc/irq /proc/fs /proc/bus', '')}; echo looked`,
      );
      expect(stdout).toBe('looked\n');
    });

    it('is not fooled by what it writes into the files that are read from outside', async () => {
      const { argv, ...shell } = await netnsBackend.connect(handle).shell('n1', ['sh', '-c']);
      const does = async (command: string) => {
        const { stderr } = await exec([...argv, command], { ...shell, timeoutMs: 20_000 });
        expect(stderr).toBe('');
      };
      const asked = () => netnsBackend.connect(handle).nodes();
      await does('cp /lab/node-n1 /lab/kept; echo 1 > /lab/node-n1');
      try {
        // Its network would be the machine's.
        await expect(asked()).rejects.toThrow('the node is gone');
        await does('rm /lab/node-n1; mkfifo /lab/node-n1');
        // Would wait for ever.
        await expect(asked()).rejects.toThrow('no regular file');
        await does('rm /lab/node-n1; ln -s kept /lab/node-n1');
        await expect(asked()).rejects.toThrow('ELOOP');
      } finally {
        await does('mv /lab/kept /lab/node-n1');
      }
      await expect(asked()).resolves.toHaveLength(1);
    });

    it('cannot be reached back from a rewritten mount table either', async () => {
      const { stdout } = await inside(
        'unshare -Urm sh -c "mount -t tmpfs t /mnt && mkdir /mnt/p && mount --rbind / /mnt/p && touch /mnt/p/usr/escaped; umount -l /mnt/p/usr && touch /mnt/p/usr/escaped; echo tried" 2>&1',
      );
      expect(stdout).toContain('tried');
      expect(existsSync('/usr/escaped')).toBe(false);
    });
  },
);
