import { defineElements } from './elements.ts';

defineElements();

export * from '../src/index.ts';
export type { ScreenLanguage } from './language.ts';
export type { Change, InviteScreen, Screen, WaitingScreen } from './screen.ts';
