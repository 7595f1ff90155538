/** One process for all that needs the synthesized stack: loading the CDK and its first synthesis take most of the time. */
import './wiring.suite.ts';
import './permissions.suite.ts';
import './variants.suite.ts';
