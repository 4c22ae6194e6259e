// A lock between processes of this machine that the kernel frees however its holder ends, so none is ever stale.
// Plain JavaScript: bootstrap.mjs needs it before this project's Node is there.
import { createHash } from 'node:crypto';
import net from 'node:net';

/** The whole of sockaddr_un.sun_path after its NUL: Node releases differ in whether they pad shorter names. */
const NAME_LENGTH = 107;

/**
 * Runs `work` while this process alone holds the lock of that name (unix(7), abstract sockets: a name can be
 * bound once, and disappears with its process). Processes in different network namespaces do not see each
 * other's locks; whoever uses this must finish its work with an atomic rename.
 *
 * @template T
 * @param {string} name what is locked, usually an absolute path
 * @param {() => void} onWait called once when somebody else holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, onWait, work) {
  const address = `\0${`cnilab-${createHash('sha256').update(name).digest('hex')}`.padEnd(NAME_LENGTH, '.')}`;
  let told = false;
  for (;;) {
    const release = await take(address);
    if (release) {
      try {
        return await work();
      } finally {
        release();
      }
    }
    if (!told) onWait();
    told = true;
    await waitForHolder(address);
  }
}

/**
 * @param {string} address
 * @returns {Promise<(() => void) | undefined>} how to release it, or undefined when it is held
 */
function take(address) {
  return new Promise((resolve, reject) => {
    /** @type {Set<net.Socket>} */
    const waiting = new Set();
    const server = net.createServer((socket) => {
      waiting.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => waiting.delete(socket));
      socket.unref();
    });
    server.on('error', (error) => {
      const busy = /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE';
      if (busy) resolve(undefined);
      else reject(error);
    });
    server.listen({ path: address }, () => {
      server.unref();
      resolve(() => {
        server.close();
        for (const socket of waiting) socket.destroy();
      });
    });
  });
}

/**
 * Ends when the holder does: it never writes, so the connection only ever closes.
 * @param {string} address
 * @returns {Promise<void>}
 */
function waitForHolder(address) {
  return new Promise((resolve) => {
    const socket = net.connect({ path: address });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}
