/** API group and version of every Kargo kind. */
export const KARGO_API = 'kargo.akuity.io/v1alpha1'
