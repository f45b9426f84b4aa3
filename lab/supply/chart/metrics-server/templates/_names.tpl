{{/* As in the original chart: fullnameOverride, else the release's name where it contains the chart's. */}}
{{- define "metrics-server.fullname" -}}
{{- $ofRelease := contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) -}}
{{- default $ofRelease .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "metrics-server.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "metrics-server.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{ include "metrics-server.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* What this edition cannot do is refused. */}}
{{- define "metrics-server.check" -}}
{{- if ne .Values.tls.type "helm" -}}
{{- fail (printf "the lab's offline edition does not have tls.type %s (set it to helm)" .Values.tls.type) -}}
{{- end -}}
{{- end }}
