{{/* As in the original chart: fullnameOverride, else the release and the chart. */}}
{{- define "stack.fullname" -}}
{{- default (printf "%s-%s" .Release.Name .Chart.Name) .Values.fullnameOverride | trunc 26 | trimSuffix "-" -}}
{{- end }}

{{/* Labels of every object; call with (list $ "prometheus"). */}}
{{- define "stack.labels" -}}
{{- $root := index . 0 -}}
app: {{ $root.Chart.Name }}-{{ index . 1 }}
release: {{ $root.Release.Name | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/part-of: {{ $root.Chart.Name }}
{{- end }}

{{/* The labels by which monitors and Services find each other; call with (list $ "prometheus"). */}}
{{- define "stack.selector" -}}
{{- $root := index . 0 -}}
app: {{ $root.Chart.Name }}-{{ index . 1 }}
release: {{ $root.Release.Name | quote }}
{{- end }}

{{/* A selector of the Prometheus object: everything, or the release's own. Call with (list $ nilUsesHelmValues). */}}
{{- define "stack.openSelector" -}}
{{- if index . 1 }}{matchLabels: {release: {{ (index . 0).Release.Name | quote }}}}{{ else }}{}{{ end }}
{{- end }}

{{/* What this edition cannot do is refused. */}}
{{- define "stack.check" -}}
{{- $missing := list -}}
{{- if .Values.windowsMonitoring.enabled }}{{ $missing = append $missing "windowsMonitoring.enabled" }}{{ end -}}
{{- if .Values.prometheusOperator.admissionWebhooks.enabled }}{{ $missing = append $missing "prometheusOperator.admissionWebhooks.enabled" }}{{ end -}}
{{- if .Values.prometheusOperator.tls.enabled }}{{ $missing = append $missing "prometheusOperator.tls.enabled" }}{{ end -}}
{{- if .Values.crds.enabled }}{{ $missing = append $missing "crds.enabled" }}{{ end -}}
{{- if $missing -}}
{{- fail (printf "the lab's offline edition does not have what these values ask for: %s (set them to false)" (join ", " $missing)) -}}
{{- end -}}
{{- end }}
