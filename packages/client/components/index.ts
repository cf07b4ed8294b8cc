import { defineElements } from './elements.ts';

defineElements();

export * from '../src/index.ts';
export type { Change, InviteScreen, Screen, ScreenLanguage } from './screen.ts';
