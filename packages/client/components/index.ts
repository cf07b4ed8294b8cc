import { defineElements } from './elements.ts';

defineElements();

export * from '../src/index.ts';
export type { Change, InviteScreen, Screen, ScreenLanguage, WaitingScreen } from './screen.ts';
