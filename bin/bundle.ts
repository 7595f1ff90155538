/** `npm run bundle`: bundles every function of the control plane and prints the sizes. */
import { bundleFunctions } from './bundling.ts';

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0).padStart(6)} kB`;

const sizes = await bundleFunctions();
for (const [name, bytes] of sizes) console.log(`${kilobytes(bytes)}  ${name}`);
console.log(`${kilobytes([...sizes.values()].reduce((all, bytes) => all + bytes, 0))}  in ${sizes.size} functions`);
