/** The CDK app as functions, for the command line, the local cloud and tests alike. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseConfig } from '../constructs/config.ts';
import { MesoscaleStack } from '../constructs/mesoscale-stack.ts';
import { findBuildInfo } from './build-info.ts';
import { bundleFunctions, defaultFunctionsDir } from './bundling.ts';

export interface AppOptions {
  /** Context over that of `cdk.json`. Keys: `constructs/config.ts`. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Directory of the cloud assembly. @default what the CDK's command line says, or a temporary directory */
  readonly outdir?: string;
  /** Directory with one directory per function. @default dist/functions */
  readonly functionsDir?: string;
  /** Hold the stack to cdk-nag's rules when synthesizing. @default true */
  readonly checks?: boolean;
}

export interface Synthesized {
  /** Absolute path of the synthesized template. */
  readonly templatePath: string;
  readonly template: Readonly<Record<string, unknown>>;
  /** Directory of the cloud assembly, in which `aws:asset:path` of each function's metadata lies. */
  readonly outdir: string;
}

const cdkJson = join(import.meta.dirname, '..', 'cdk.json');

/** Builds the app. @throws InvalidConfiguration listing every fault of the context */
export function buildApp(options: AppOptions = {}): App {
  const defaults = (JSON.parse(readFileSync(cdkJson, 'utf8')) as { context: Record<string, unknown> }).context;
  const app = new App({
    ...(options.outdir === undefined ? {} : { outdir: options.outdir }),
    analyticsReporting: false,
    // Asset metadata tells, beside each function, where its bundle is; the CDK's command line turns it on as well.
    context: { 'aws:cdk:enable-asset-metadata': true, ...defaults, ...options.context },
  });
  const config = parseConfig(app.node.getAllContext());
  new MesoscaleStack(app, 'Mesoscale', {
    stackName: config.stackName,
    description: 'Mesoscale: Apache Mesos clusters from TOSCA templates',
    config,
    build: findBuildInfo(),
    functionsDir: options.functionsDir ?? defaultFunctionsDir,
  });
  if (options.checks ?? true) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/**
 * Synthesizes in this process, quickly: rules are checked by `npm run synth`. Bundles the functions first, unless `functionsDir`
 * says where bundles are. @throws InvalidConfiguration
 */
export async function synthesize(options: Omit<AppOptions, 'checks'>): Promise<Synthesized> {
  if (options.functionsDir === undefined) await bundleFunctions();
  const assembly = buildApp({ ...options, checks: false }).synth({ skipValidation: true });
  const [stack] = assembly.stacks;
  if (stack === undefined) throw new Error('the app has no stack');
  return { templatePath: stack.templateFullPath, template: stack.template, outdir: assembly.directory };
}
