// What a plugin is given: its own keys untouched, the runtime's added, nothing that it did not declare.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveConfig } from '../../../infra/cni/derived-config.ts';
import type { PluginConf } from '../../../infra/cni/network-list.ts';
import { pluginEnv } from '../../../infra/cni/plugin-env.ts';
import { attachmentOf, listOf } from './fixtures.ts';

const list = listOf([{ type: 'ptp' }], { name: 'net', cniVersion: '0.3.1' });
const runtimeKeys = [
  'capabilities',
  'cniVersion',
  'name',
  'prevResult',
  'runtimeConfig',
  'cni.dev/attachments',
  'cni.dev/valid-attachments',
];
const key = fc
  .string({ minLength: 1 })
  .filter(
    (text) =>
      !runtimeKeys.includes(text) && !text.startsWith('cni.dev/') && text !== 'type' && text !== '__proto__',
  );
const capability = fc.constantFrom('portMappings', 'bandwidth', 'ips', 'mac', 'toString');
// What JSON can carry: no -0, no undefined.
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
const plugin = fc
  .tuple(fc.dictionary(key, json), fc.option(fc.dictionary(capability, fc.boolean()), { nil: undefined }))
  .map(([own, capabilities]): PluginConf => ({ ...own, type: 'ptp', ...(capabilities && { capabilities }) }));

test('unknown keys reach the plugin as they are', () => {
  fc.assert(
    fc.property(plugin, (conf) => {
      const { capabilities, ...own } = conf;
      const derived = JSON.parse(JSON.stringify(deriveConfig(list, conf)));
      expect(derived).toEqual({ ...own, name: 'net', cniVersion: '0.3.1' });
    }),
  );
});

test('runtimeConfig has exactly what the plugin declares and the runtime has', () => {
  fc.assert(
    fc.property(plugin, fc.dictionary(capability, json), (conf, capabilityArgs) => {
      const { runtimeConfig } = deriveConfig(list, conf, { capabilityArgs });
      const declared = Object.entries(conf.capabilities ?? {}).filter(([, on]) => on);
      const wanted = declared.map(([name]) => name).filter((name) => Object.hasOwn(capabilityArgs, name));
      if (wanted.length === 0) expect(runtimeConfig).toBeUndefined();
      else {
        expect(Object.keys(runtimeConfig as object).sort()).toEqual(wanted.sort());
        for (const name of wanted)
          expect((runtimeConfig as Record<string, unknown>)[name]).toEqual(capabilityArgs[name]);
      }
    }),
  );
});

test('what a configuration says in the runtime’s place is not passed on', () => {
  const forged = {
    type: 'ptp',
    prevResult: { ips: [] },
    runtimeConfig: { ips: [] },
    name: 'other',
    cniVersion: '9',
    'cni.dev/valid-attachments': [],
    'cni.dev/anything': 1,
  };
  expect(deriveConfig(list, forged)).toEqual({ type: 'ptp', name: 'net', cniVersion: '0.3.1' });
});

test('prevResult is passed as it came', () => {
  fc.assert(
    fc.property(json, (prevResult) => {
      expect(deriveConfig(list, { type: 'ptp' }, { prevResult }).prevResult).toEqual(prevResult);
    }),
  );
});

test('the environment is what the specification names and no more', () => {
  const attachment = attachmentOf('/proc/7/ns/net', {
    containerId: 'abc',
    args: { K8S_POD_NAME: 'p', IgnoreUnknown: '1' },
  });
  expect(pluginEnv('ADD', ['/opt/cni/bin', '/usr/lib/cni'], attachment)).toEqual({
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    CNI_COMMAND: 'ADD',
    CNI_CONTAINERID: 'abc',
    CNI_NETNS: '/proc/7/ns/net',
    CNI_IFNAME: 'eth0',
    CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAME=p',
    CNI_PATH: '/opt/cni/bin:/usr/lib/cni',
  });
  expect(pluginEnv('DEL', [], { ...attachment, netns: '' })).not.toHaveProperty('CNI_NETNS');
});

test('addresses that are asked for stand beside the arguments of the lab’s own', () => {
  const own = {
    type: 'ptp',
    args: { labels: { a: 'b' }, cni: { mac: '02:00:00:00:00:01', ips: ['10.0.0.9'] } },
  };
  expect(deriveConfig(list, own, { ips: ['fd00::2'] }).args).toEqual({
    labels: { a: 'b' },
    cni: { mac: '02:00:00:00:00:01', ips: ['fd00::2'] },
  });
  expect(deriveConfig(list, { type: 'ptp' }, { ips: ['fd00::2'] }).args).toEqual({
    cni: { ips: ['fd00::2'] },
  });
  expect(deriveConfig(list, { type: 'ptp' })).not.toHaveProperty('args');
});
