// The edge alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { edgeOf, stacksOf } from './configuration.js';
import { EdgeProxyModule } from './edge-proxy.module.js';
import { PUBLIC_ROUTES } from './routing-table.js';

const services = [...new Set(PUBLIC_ROUTES.map(({ service }) => service))];

await runService({
  name: 'edge-proxy',
  needs: ['records'],
  module: ({ configuration }) =>
    EdgeProxyModule.with({ configuration: edgeOf(configuration), stacks: stacksOf(configuration, services) }),
});
