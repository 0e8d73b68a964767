import { betweenFolders } from './folders.ts';

/** `terraform fmt -diff`, and OpenTofu's: the sides are `old/path` and `new/path`. Source: Terraform's documentation, "fmt". */
export const terraformFmt = betweenFolders(
  'terraform fmt',
  'old/',
  'new/',
  /\.(?:tf|tfvars|tofu|hcl|tftest\.hcl)$/,
);
