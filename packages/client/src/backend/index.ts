export { Backend, type BackendOptions } from './backend.ts';
export type { RequireOptions } from './requirement.ts';
export { AccessError, type Session } from './session.ts';
