export const name = 'web';
export {};
