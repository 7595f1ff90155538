import { json } from '../../runtime/http.ts';
import { loadVisibleDeployment } from './load-deployment.ts';
import type { Operation } from './services.ts';
import { deploymentView } from './views.ts';

/** GET /deployments/{id} */
export const showDeployment: Operation = async (call, services) => {
  const record = await loadVisibleDeployment(call, services);
  return json(
    200,
    deploymentView(record, { baseUrl: call.baseUrl, region: services.settings.region, caller: call.caller }),
  );
};
