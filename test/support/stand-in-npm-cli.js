// Stands in for npm: `ci` takes a moment, then leaves what npm leaves. Each call is a line in calls.txt of the checkout.
import { appendFileSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';

appendFileSync('calls.txt', `${process.argv.slice(2).join(' ')}\n`);
rmSync('node_modules', { recursive: true, force: true });
mkdirSync('node_modules/left', { recursive: true });
// As a registry that goes away half-way.
if (existsSync('registry-is-down')) process.exit(1);
await new Promise((resolve) => setTimeout(resolve, 50));
writeFileSync('node_modules/left/package.json', '{}');
copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
