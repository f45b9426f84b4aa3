{{/* Names are the chart's, whatever the release is called: the alerts and the gateway's route know the Service by its name. */}}
{{- define "planner.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
{{- end }}

{{- define "planner.labels" -}}
{{ include "planner.selector" . }}
environment: {{ .Values.environment }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}
