/** What a test does to the answers of a cluster's masters, while what answers goes on working. */
export type Service = 'mesos' | 'marathon' | 'chronos';

export interface Disturbances {
  /** Connections to it break, on every master. @returns a function that takes it back */
  silence(service: Service): () => void;
  /** The leading master lists neither these agents nor what runs on them. @returns a function that takes it back */
  hide(ips: readonly string[]): () => void;
  /** Goes on giving old answers. @param answers by `answerKey` @returns a function that takes it back */
  freeze(answers: ReadonlyMap<string, unknown>): () => void;
  isSilent(service: Service): boolean;
  isHidden(ip: string): boolean;
  /** An old answer's body, if there is one to give. */
  frozen(key: string): unknown;
}

/** Of what a node answers at a path, whatever the query. */
export const answerKey = (ip: string, service: Service, path: string): string => `${ip} ${service} ${path}`;

export function createDisturbances(): Disturbances {
  const silent = collection<Service>();
  const hidden = collection<ReadonlySet<string>>();
  const frozen = collection<ReadonlyMap<string, unknown>>();
  return {
    silence: silent.add,
    hide: (ips) => hidden.add(new Set(ips)),
    freeze: frozen.add,
    isSilent: (service) => silent.find((one) => one === service) !== undefined,
    isHidden: (ip) => hidden.find((ips) => ips.has(ip)) !== undefined,
    frozen: (key) => frozen.find((answers) => answers.has(key))?.get(key),
  };
}

/** The same thing may be in it more than once, and is taken out as often. The latest is found first. */
function collection<T>() {
  let entries: readonly { readonly item: T }[] = [];
  return {
    add(item: T): () => void {
      const entry = { item };
      entries = [entry, ...entries];
      return () => {
        entries = entries.filter((one) => one !== entry);
      };
    },
    find: (fits: (item: T) => boolean): T | undefined => entries.find(({ item }) => fits(item))?.item,
  };
}
