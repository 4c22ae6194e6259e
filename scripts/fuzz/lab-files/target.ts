// Lab files as something to be tried.
import type { Target } from '../target.ts';
import { labDocuments } from './documents.ts';
import { holdLab } from './hold-lab.ts';
import { type LabText, realLabs } from './real-labs.ts';

/** ms: whoever saves a file while an editor or a class waits notices more. */
export const LAB_FILE_LIMIT_MS = 100;

/** @param labs to be mutated. @default those that come with the project */
export const labFiles = (labs: readonly LabText[] = realLabs()): Target<LabText> => ({
  name: 'lab files',
  source: labDocuments(labs),
  hold: holdLab,
  show: ({ yaml }) => yaml,
});
