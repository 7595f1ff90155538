import { releaseNames } from '../../../lambdas/contracts/cluster.ts';
import { balancerOf, catalogue, components, imageOf, usesBridges } from '../../../lambdas/domain/release/catalogue.ts';

const ownImages = { registry: '', overrides: {} };

describe('the release catalogue', () => {
  it.each(releaseNames)('%s has an image with a version for every component', (release) => {
    for (const component of components)
      expect(imageOf(release, component, ownImages)).toMatch(/^[a-z0-9./-]+:[A-Za-z0-9._-]+$/);
  });

  it('protects the HTTP API of Mesos 0.28 by the flag that it knows', () => {
    expect(catalogue.indigo_1.mesosHttpAuth.always).toEqual(['MESOS_AUTHENTICATE_HTTP']);
  });

  it('takes marathon-lb where Consul is off or Marathon no longer tells marathon-consul its ports', () => {
    expect(releaseNames.map((release) => balancerOf(release, true))).toEqual([
      'haproxy-consul',
      'haproxy-consul',
      'marathon-lb',
    ]);
    expect(releaseNames.map((release) => balancerOf(release, false))).toEqual(Array(3).fill('marathon-lb'));
    expect(releaseNames.map((release) => usesBridges(release, true))).toEqual([true, true, false]);
  });
});

describe('imageOf', () => {
  const source = {
    registry: 'registry.example.org/mirror',
    overrides: { deep_1: { marathon: 'example.org/marathon:1' } },
  };

  it('puts the registry in front of the catalogue image', () => {
    expect(imageOf('indigo_2', 'zookeeper', source)).toBe('registry.example.org/mirror/zookeeper:3.4.14');
  });

  it('takes an override as it is, for its release only', () => {
    expect(imageOf('deep_1', 'marathon', source)).toBe('example.org/marathon:1');
    expect(imageOf('indigo_2', 'marathon', source)).toBe('registry.example.org/mirror/mesosphere/marathon:v1.4.1');
  });
});
