package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// wrongRecipients wants every alarm to tell the same: the topics of the file, and one topic of the
// stack that has the addresses of the file and no others.
func wrongRecipients(s stage) (findings []string) {
	t := s.stacks["Api"]
	var want, addresses []string
	for _, recipient := range s.env.Alarms.Recipients {
		if strings.HasPrefix(recipient, "arn:") {
			want = append(want, recipient)
		} else {
			addresses = append(addresses, recipient)
		}
	}
	topics := slices.Collect(maps.Keys(t.resources("AWS::SNS::Topic")))
	if wanted := min(1, len(addresses)); len(topics) != wanted {
		return []string{fmt.Sprintf("%d topics, want %d", len(topics), wanted)}
	}
	for _, topic := range topics {
		want = append(want, "${"+topic+"}")
	}
	var subscribed []string
	for id, subscription := range t.resources("AWS::SNS::Subscription") {
		p := properties(subscription)
		subscribed = append(subscribed, text(p["Endpoint"]))
		if p["Protocol"] != "email" || len(topics) == 0 || compact(p["TopicArn"]) != ref(topics[0]) {
			findings = append(findings, id+" is "+compact(p))
		}
	}
	if !sameSet(subscribed, addresses) {
		findings = append(findings, fmt.Sprintf("%v are subscribed, want %v", subscribed, addresses))
	}
	for id, alarm := range t.resources(alarmKind) {
		p := properties(alarm)
		for _, property := range []string{"AlarmActions", "OKActions"} {
			if list, _ := p[property].([]any); !sameSet(textsOf(list), want) {
				findings = append(findings, fmt.Sprintf("%s: %s are %v, want %v", id, property, textsOf(list), want))
			}
		}
		if p["InsufficientDataActions"] != nil || p["ActionsEnabled"] != nil {
			findings = append(findings, id+" has other actions, or may have none")
		}
	}
	return findings
}

func textsOf(list []any) (all []string) {
	for _, element := range list {
		all = append(all, text(element))
	}
	return all
}

// openTopic wants the topic's policy to take what this stack's alarms say, over TLS.
func openTopic(s stage) (findings []string) {
	t := s.stacks["Api"]
	for topic := range t.resources("AWS::SNS::Topic") {
		id, policy, finding := t.the("AWS::SNS::TopicPolicy")
		if finding != nil {
			return finding
		}
		alarms := allow("${"+topic+"}", "sns:Publish")
		alarms["Sid"] = "AllowAlarms"
		alarms["Principal"] = map[string]any{"Service": []any{"cloudwatch.amazonaws.com"}}
		alarms["Condition"] = map[string]any{"ArnLike": map[string]any{"aws:SourceArn": s.arn("cloudwatch", "alarm:m2m-"+s.env.Name+"-Api-*")}}
		plain := allow("${"+topic+"}", "sns:Publish")
		plain["Effect"], plain["Principal"] = "Deny", "*"
		plain["Condition"] = map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}}
		plain["Sid"] = "AllowPublishThroughSSLOnly"
		got, want := statementsOf(properties(policy)["PolicyDocument"]), []string{canonical(alarms), canonical(plain)}
		if !sameSet(got, want) || compact(properties(policy)["Topics"]) != "["+ref(topic)+"]" {
			findings = append(findings, fmt.Sprintf("%s allows %v, want %v", id, got, want))
		}
	}
	return findings
}
