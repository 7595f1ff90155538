/** The synthesized stack, without bundling: functions are empty directories. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type CfnElement, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import { buildApp } from '../../bin/app.ts';
import { ControlFunction } from '../../constructs/control-function.ts';
import type { MesoscaleStack } from '../../constructs/mesoscale-stack.ts';
import { functionEnvs } from '../../lambdas/contracts/functions.ts';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

// biome-ignore lint/suspicious/noExplicitAny: the properties of any resource of CloudFormation
export type Properties = any;

export interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
  readonly Metadata?: Readonly<Record<string, string>>;
}

export interface Synthesized {
  readonly app: App;
  readonly template: Template;
  /** By logical id. */
  readonly resources: Readonly<Record<string, Resource>>;
}

const workspace = mkdtempSync(join(tmpdir(), 'mesoscale-constructs-'));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

/** One directory per function, with something in it. */
export function dummyFunctions(): string {
  const functionsDir = join(workspace, 'functions');
  for (const name of Object.keys(functionEnvs)) {
    mkdirSync(join(functionsDir, name), { recursive: true });
    writeFileSync(join(functionsDir, name, 'index.mjs'), `export const handler = async () => '${name}';\n`);
  }
  return functionsDir;
}

let count = 0;

export function synthesizeStack(context: Readonly<Record<string, unknown>> = {}): Synthesized {
  count += 1;
  const outdir = join(workspace, `cdk.out-${count}`);
  // Stack traces of every construct cost seconds, and nobody reads them here.
  const quick = { 'aws:cdk:disable-stack-trace': true };
  const app = buildApp({ context: { ...quick, ...context }, outdir, functionsDir: dummyFunctions(), checks: false });
  // `npm run synth` holds the template to CloudFormation's own schemas; loading them takes longer than all tests here.
  app.synth({ skipValidation: true });
  const template = Template.fromStack(app.node.findChild('Mesoscale') as MesoscaleStack);
  return { app, template, resources: template.toJSON().Resources };
}

let shared: Synthesized | undefined;

/** The stack without any context, synthesized once. */
export function defaultStack(): Synthesized {
  shared ??= synthesizeStack();
  return shared;
}

/** What cdk-nag's rules find. */
export function violationsOf({ app }: Synthesized): string[] {
  return new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );
}

/** Resources of a type as [logical id, properties]. */
export function ofType({ resources }: Synthesized, type: string): [string, Properties][] {
  return Object.entries(resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties]);
}

/** Properties of the one resource of a type. */
export function theOnly(synthesized: Synthesized, type: string): Properties {
  const found = ofType(synthesized, type);
  if (found.length !== 1) throw new Error(`the stack has ${found.length} resources of type ${type}`);
  return found[0]?.[1];
}

/** Logical id of the function with this handler. */
export function functionId({ app }: Synthesized, name: string): string {
  return logicalIdOf(findFunction(app, name).function);
}

export function functionProperties(synthesized: Synthesized, name: string): Properties {
  return synthesized.resources[functionId(synthesized, name)]?.Properties;
}

/** Statements of the policies of a function's role. */
export function statementsOf(synthesized: Synthesized, name: string): Statement[] {
  const role = logicalIdOf(findFunction(synthesized.app, name).role);
  return ofType(synthesized, 'AWS::IAM::Policy')
    .filter(([, policy]) => policy.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
    .flatMap(([, policy]) => policy.PolicyDocument.Statement);
}

function findFunction(app: App, name: string): ControlFunction {
  const found = app.node.findAll().find((each) => each instanceof ControlFunction && each.name === name);
  if (found === undefined) throw new Error(`the stack has no function ${name}`);
  return found as ControlFunction;
}

function logicalIdOf(construct: Construct): string {
  return Stack.of(construct).resolve((construct.node.defaultChild as CfnElement).logicalId);
}

/** Every statement of every identity, with the policy it stands in. */
export function allStatements(synthesized: Synthesized): [string, Statement][] {
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    ofType(synthesized, type).flatMap(([id, policy]) =>
      policy.PolicyDocument.Statement.map((statement: Statement): [string, Statement] => [id, statement]),
    ),
  );
}

export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
