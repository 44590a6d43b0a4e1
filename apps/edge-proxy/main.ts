// The edge alone, as a process of its own.
import { runService } from '@tallystick/cluster';
import { edgeOf, stacksOf } from './configuration.js';
import { EdgeProxy, EdgeProxyModule } from './edge-proxy.module.js';

await runService({
  name: 'edge-proxy',
  needs: ['records'],
  module: ({ configuration }) =>
    EdgeProxyModule.with({ configuration: edgeOf(configuration), stacks: stacksOf(configuration, EdgeProxy.SERVICES) }),
});
