// A drawing of a topology: boxes and lines with their places, before it is SVG. All lengths are in pixels at scale 1.

export interface Box {
  /** What it stands for: `host` (a machine or pod), `host/dev` (an interface), `host#routing`, or a segment's name. */
  readonly key: string;
  readonly kind:
    | 'machine'
    | 'pod'
    | 'uplink'
    | 'vxlan'
    | 'bridge'
    | 'veth'
    | 'interface'
    | 'routing'
    | 'segment';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly TextLine[];
  /** What it is, in words, for whoever does not see it; it follows what is written in it. */
  readonly label: string;
}

export interface TextLine {
  readonly text: string;
  /** Of the box's upper left corner. */
  readonly dx: number;
  /** Of the baseline. */
  readonly dy: number;
  readonly style: 'title' | 'name' | 'fact';
}

export interface Line {
  readonly kind: 'cable' | 'port' | 'route' | 'carrier' | 'segment';
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Keys of the two things that it joins. */
  readonly joins: readonly [string, string];
  readonly text?: { readonly words: string; readonly x: number; readonly y: number };
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Those that contain others come first. */
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}
