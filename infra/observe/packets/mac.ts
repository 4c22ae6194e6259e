// What a MAC address says of itself, as text: `aa:bb:cc:dd:ee:ff`.

export const BROADCAST = 'ff:ff:ff:ff:ff:ff';
/** What loopback and NOARP devices have in place of one. */
export const NO_MAC = '00:00:00:00:00:00';

/** Whether it is of a group, broadcast included: the I/G bit of IEEE 802, the first one on the wire. */
export const isGroup = (mac: string): boolean => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
