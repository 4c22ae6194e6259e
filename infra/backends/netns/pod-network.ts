export type Attached = any; export const attachPods: any = 0; export const detachPods: any = 0;
