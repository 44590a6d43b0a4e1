import type { Contract, HandlersOf } from '@tallystick/contracts';
import 'reflect-metadata';

const ANSWERS = Symbol('contract that the class answers');

/** Marks the controller that answers a contract; the compiler checks that it has every method of it. */
export function Answers<C extends Contract>(contract: C) {
  return (controller: abstract new (...dependencies: never[]) => HandlersOf<C>): void => {
    Reflect.defineMetadata(ANSWERS, contract, controller);
  };
}

/** The contract that a class was marked with. */
export function contractAnsweredBy(controller: object): unknown {
  return Reflect.getMetadata(ANSWERS, controller);
}
