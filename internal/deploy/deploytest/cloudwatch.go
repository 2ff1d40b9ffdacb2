package deploytest

import (
	"io"
	"net/http"

	"github.com/aws/smithy-go/encoding/cbor"
)

// describeAlarms answers in Smithy's RPC v2 CBOR, which CloudWatch speaks.
func (f *AWS) describeAlarms(w http.ResponseWriter, r *http.Request, key string) {
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	if code := f.Refuse["DescribeAlarms"]; code != "" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(cbor.Encode(cbor.Map{"__type": cbor.String(code), "message": cbor.String("not for you")}))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	asked, _ := cbor.Decode(body)
	request, _ := asked.(cbor.Map)
	names, _ := request["AlarmNames"].(cbor.List)
	alarms := cbor.List{}
	for _, name := range names {
		text, _ := name.(cbor.String)
		f.Asked = append(f.Asked, "DescribeAlarms "+string(text)+" as "+key)
		if state := f.Alarms[string(text)]; state != "" {
			alarms = append(alarms, cbor.Map{"AlarmName": text, "StateValue": cbor.String(state)})
		}
	}
	_, _ = w.Write(cbor.Encode(cbor.Map{"MetricAlarms": alarms}))
}
