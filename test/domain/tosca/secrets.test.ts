import fc from 'fast-check';
import {
  parseTemplate,
  readTopology,
  redactTemplate,
  restoreTemplate,
  splitParameters,
} from '../../../lambdas/domain/tosca/index.ts';
import { clusterNodes, compute, type Data, master, refusal, templateText, topologyOf } from './templates.ts';

const text = `tosca_definitions_version: tosca_simple_yaml_1_0
dsl_definitions:
  shared: &shared { token: anchored-pw, user: me }
topology_template:
  inputs:
    admin_pass:
      default: 'default "pw"'  # a comment stays
      constraints: [ valid_values: [ first-pw, 'second-pw' ] ]
    user: { default: open-user }
    size: { default: 2 }
  node_templates:
    master:
      type: tosca.nodes.indigo.MesosMaster
      properties:
        marathon_username: { get_input: user }
        marathon_password: { get_input: admin_pass }
        mesos_password: { concat: [ part-pw, { get_input: admin_pass } ] }
        chronos_password: |
          block-pw
      requirements: [ host: server ]
    elastic:
      type: tosca.nodes.indigo.ElasticCluster
      properties:
        secret_token: &anchor "quoted-pw"
        im_auth: *anchor
        iam_access_token: 12345678
        marathon_credentials: { user: open-user, token: plain-pw }
        mesos_credentials: *shared
      requirements: [ lrms: master, wn: slave ]
    slave:
      type: tosca.nodes.indigo.MesosSlave
      properties: { front_end_ip: x, master_ips: [ x ] }
      requirements: [ host: server ]
      interfaces: { Standard: { configure: { inputs: { db_password: interface-pw } } } }
    server:
      type: tosca.nodes.indigo.Compute
      capabilities:
        os:
          properties:
            credential: { token: "", user: ubuntu }
  policies:
    - p:
        type: tosca.policies.indigo.CredentialsAwareSlaPlacement
        properties:
          sla_id: open-sla
          username: policy-pw
          password: >-
            folded-pw
            more-pw
`;

function redacted(template: string, parameters: Data = {}) {
  const document = parseTemplate(template);
  return redactTemplate(document, readTopology(document, parameters));
}

describe('redactTemplate', () => {
  const { text: stored, literals } = redacted(text);

  it('leaves no secret literal in the text, and everything else', () => {
    expect(stored).not.toMatch(/-pw|"pw"|12345678/);
    for (const kept of ['open-user', 'open-sla', '# a comment stays', 'user: ubuntu', '&anchor', 'token: ""'])
      expect(stored).toContain(kept);
  });

  it('gives back the verbatim original', () => {
    expect(restoreTemplate(stored, literals)).toBe(text);
  });

  it('stores a template that still can be read', () => {
    expect([...parseTemplate(stored).inputs.keys()]).toEqual(['admin_pass', 'user', 'size']);
  });

  it('is not confused by what looks like a marker', () => {
    const tricky = text.replace('open-sla', '"<secret-0-0>"').replace('plain-pw', '"<secret-1-0>"');
    const result = redacted(tricky);
    expect(result.text).toContain('"<secret-0-0>"');
    expect(restoreTemplate(result.text, result.literals)).toBe(tricky);
  });

  it('restores any password verbatim', () => {
    const property = fc.property(
      fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
      fc.boolean(),
      (password, flow) => {
        const scalar = JSON.stringify(password);
        const template = text.replace('"quoted-pw"', flow ? scalar : `\n          ${scalar} # x`);
        const result = redacted(template);
        return restoreTemplate(result.text, result.literals) === template;
      },
    );
    fc.assert(property, { numRuns: 25 });
  });
});

describe('secret inputs', () => {
  it('are those that flow into secret properties, by functions too, and those named like a secret', () => {
    const inputs = Object.fromEntries(
      ['a', 'b', 'c', 'creds', 'open', 'api_token'].map((name) => [name, { default: 'x' }]),
    );
    const nodes = clusterNodes({
      master: master({
        marathon_password: { concat: [{ get_input: 'a' }] },
        mesos_password: { token: [{ get_input: 'b' }, '-', 0] },
        chronos_password: { get_property: ['server', 'instance_name'] },
      }),
      server: compute({ scalable: { count: 0 } }, { properties: { instance_name: { get_input: 'c' } } }),
      elastic: {
        type: 'tosca.nodes.indigo.ElasticCluster',
        properties: { mesos_credentials: { get_input: 'creds' } },
        requirements: [{ lrms: 'master' }, { wn: 'slave' }],
      },
      slave_server: compute({}, { properties: { instance_name: { get_input: 'open' } } }),
    });
    const topology = topologyOf({ inputs, node_templates: nodes }, { creds: { token: 't' } });
    expect([...topology.secretInputs].sort()).toEqual(['a', 'api_token', 'b', 'c', 'creds']);
  });

  it('keep their values out of the open parameters', () => {
    const topology = readTopology(parseTemplate(text), { admin_pass: 'given', size: 3 });
    const parameters = { admin_pass: 'given', size: 3, unknown_password: 'x', dbSecret: 'y', other: 1 };
    expect(splitParameters(parameters, topology)).toEqual({
      open: { size: 3, other: 1 },
      secret: { admin_pass: 'given', unknown_password: 'x', dbSecret: 'y' },
    });
  });

  it('show in no message', () => {
    const inputs = { pw: {} };
    const master_ = master({ marathon_password: { get_input: 'pw' } });
    const server = compute({ host: { num_cpus: { get_input: 'pw' } } });
    const message = refusal(() =>
      topologyOf(
        { inputs, node_templates: clusterNodes({ master: master_, slave_server: server }) },
        { pw: 'hush-hush' },
      ),
    );
    expect(message).toBe('node_templates.slave_server.capabilities.host.properties.num_cpus: must be an integer');
  });

  it('are found in defaults of inline types', () => {
    const node_types = {
      'my.Master': {
        derived_from: 'tosca.nodes.indigo.MesosMaster',
        properties: { db_password: { type: 'string', default: 'inline-pw' } },
      },
    };
    const template = templateText(
      { node_templates: clusterNodes({ master: { ...master(), type: 'my.Master' } }) },
      { node_types },
    );
    expect(redacted(template).text).not.toContain('inline-pw');
  });
});
