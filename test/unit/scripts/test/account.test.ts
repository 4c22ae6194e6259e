import { expect, test } from 'vitest';
import { ordinaryAccount } from '../../../../scripts/test/account.ts';

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
service:x:1000:1000::/srv:/usr/sbin/nologin
zoe:x:1002:1002::/home/zoe:/bin/sh
student:x:1001:100::/home/student:/bin/sh
`;

test('root’s own person behind sudo is asked first', () => {
  expect(ordinaryAccount({ SUDO_UID: '1002' }, PASSWD).name).toBe('zoe');
});

test('else the first regular account, with its group; nobody and system accounts are none', () => {
  expect(ordinaryAccount({}, PASSWD)).toEqual({ name: 'student', uid: 1001, gid: 100 });
  expect(ordinaryAccount({ SUDO_UID: '0' }, PASSWD).name).toBe('student');
});

test('a machine without people gets a uid that owns nothing', () => {
  const { uid } = ordinaryAccount({}, PASSWD.split('\n').slice(0, 3).join('\n'));
  expect(uid).toBeGreaterThan(60_000);
  expect(uid).toBeLessThan(65_534);
});
