// Validates resources with the classes of the package kubernetes-models, which have the schemas of Kubernetes.
// deploy/check.sh copies this file beside the packages and calls it with YAML files.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

// The operator's own kinds, of which no package has the schema.
const unknown = ['postgresql.cnpg.io/v1/Cluster'];

let failed = 0;
for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const resource = document.toJS();
    if (!resource) continue;
    const kind = `${resource.apiVersion}/${resource.kind}`;
    if (unknown.includes(kind)) continue;
    const family = resource.apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
    try {
      const model = (await import(`${family}/${kind}`))[resource.kind];
      new model(resource).validate();
    } catch (wrong) {
      console.log(`${file}: ${kind} ${resource.metadata?.name}: ${wrong.message}`);
      failed = 1;
    }
  }
}
process.exit(failed);
