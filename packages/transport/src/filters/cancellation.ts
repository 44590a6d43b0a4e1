import { CallScope } from '../call-scope.js';
import type { Filter } from '../service.js';

/**
 * Gives the call a scope of its own and stops waiting when that is cancelled: by the caller's signal, or by the deadline.
 * The callee isn't stopped, it is told; an answer that comes later is dropped.
 */
export const cancellation: Filter = ({ route, request, context }, next) => {
  const scope = CallScope.within(context);
  const cancelled = scope.cancelledBy();
  if (cancelled !== undefined) return Promise.reject(cancelled);
  return new Promise((resolve, reject) => {
    scope.onCancel(reject);
    next({ route, request, context: scope }).then(
      (answer) => {
        scope.finish();
        resolve(answer);
      },
      (failure) => {
        scope.finish();
        reject(failure);
      },
    );
  });
};
