"use strict";
// The outputs of stack 1, as the settings of the test say them. No cluster is behind them.
const pulumi = require("@pulumi/pulumi");

const given = new pulumi.Config("perigee-infra").getObject("outputs") ?? {};
const { kubeconfig, ...open } = given;
module.exports = kubeconfig === undefined ? open : { ...open, kubeconfig: pulumi.secret(kubeconfig) };
