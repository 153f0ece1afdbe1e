import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.BufferedOutputStream;
import java.util.Map;
import java.util.Properties;

/** Loads the files that stand on standard input, each behind its length, and answers with their properties. */
class Load {
    public static void main(String[] arguments) throws Exception {
        DataInputStream in = new DataInputStream(System.in);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        for (int count = in.readInt(); count > 0; count--) {
            byte[] file = new byte[in.readInt()];
            in.readFully(file);
            Properties properties = new Properties();
            try {
                properties.load(new ByteArrayInputStream(file));
            } catch (IllegalArgumentException e) {
                out.writeInt(-1);
                continue;
            }
            out.writeInt(properties.size());
            for (Map.Entry<Object, Object> property : properties.entrySet()) {
                write(out, (String) property.getKey());
                write(out, (String) property.getValue());
            }
        }
        out.flush();
    }

    private static void write(DataOutputStream out, String text) throws Exception {
        out.writeInt(text.length());
        out.writeChars(text);
    }
}
