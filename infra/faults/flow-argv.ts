// The command that sends what shows a fault.
import type { Flow } from './fault.ts';

/** @param address of `flow.to` */
export function flowArgv({ port, size, dontFragment }: Flow, address: string): readonly string[] {
  // bash opens the connection itself: neither busybox nor any other tool that every lab has can do only that.
  if (port !== undefined) return ['timeout', '2', 'bash', '-c', `</dev/tcp/${address}/${port}`];
  const options = [...(dontFragment ? ['-M', 'do'] : []), ...(size === undefined ? [] : ['-s', `${size}`])];
  return ['ping', '-n', '-c', '2', '-i', '0.2', '-W', '1', ...options, address];
}
