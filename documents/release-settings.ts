import { releaseNames } from '../lambdas/contracts/cluster.ts';
import { balancerOf, catalogue, usesBridges } from '../lambdas/domain/release/catalogue.ts';

/** Shell function that sets what differs between releases, from the catalogue. It reads RELEASE and ENABLE_CONSUL. */
export function renderReleaseSettings(): string {
  const cases = releaseNames.flatMap((release) =>
    [true, false].map((consul) => `    ${release}/${consul})\n${settingsOf(release, consul)}\n      ;;`),
  );
  return [
    '# Written from the release catalogue.',
    '# shellcheck disable=SC2034 # each role reads some of them',
    'release_settings() {',
    '  case "$RELEASE/$ENABLE_CONSUL" in',
    ...cases,
    '    *) fail "release $RELEASE is not known to this document" ;;',
    '  esac',
    '}',
    '',
  ].join('\n');
}

function settingsOf(name: (typeof releaseNames)[number], consul: boolean): string {
  const release = catalogue[name];
  const bridges = usesBridges(name, consul);
  const auth = [...release.mesosHttpAuth.always, ...(bridges ? [] : release.mesosHttpAuth.unlessMesosConsul)];
  const settings = {
    MESOS_HTTP_AUTH: auth.join(' '),
    REGISTRY_METRICS: release.registryMetrics.join(' '),
    CGROUPS: release.cgroups,
    AGENT_DOCKER_API: release.agentDockerApi,
    CHRONOS_FLAGS: release.chronos.flags,
    CHRONOS_API: `${release.chronos.apiPrefix}/scheduler`,
    CHRONOS_GPU: String(release.gpu.chronos),
    BALANCER: balancerOf(name, consul),
    BRIDGES: String(bridges),
  };
  return Object.entries(settings)
    .map(([key, value]) => `      ${key}='${value}'`)
    .join('\n');
}
