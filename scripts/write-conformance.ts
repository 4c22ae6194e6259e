// Writes docs/trust/cni-conformance.md from the recorded figures, the clauses and the differences.
import { writeDocument } from '../test/conformance/document.ts';

writeDocument();
